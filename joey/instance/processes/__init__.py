"""The processes of one instance: started, watched, restarted, and stopped in order."""
