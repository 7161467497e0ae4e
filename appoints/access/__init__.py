"""What a person may see."""
