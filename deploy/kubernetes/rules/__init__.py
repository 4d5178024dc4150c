"""What holds for every overlay. A rule takes what was rendered and yields a sentence for each thing that is wrong."""
