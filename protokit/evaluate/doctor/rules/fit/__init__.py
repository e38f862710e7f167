"""Rules about networks that learned too little or their rows by heart."""
