"""Who someone is: account, sign-in, notices."""
