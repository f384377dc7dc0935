"""The one training core behind every task: embeddings to logits."""
