"""Looking the studio over: every check by its name, all of them, whatever the others say."""
