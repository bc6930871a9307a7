"""What drivers of databases have in common."""
