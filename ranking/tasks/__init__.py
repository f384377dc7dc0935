"""The paper's questions: which examples there are, and what their classes mean."""
