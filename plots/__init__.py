"""Drawing: functions that draw a table on an axis and compute nothing."""
