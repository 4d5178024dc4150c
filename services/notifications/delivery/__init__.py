"""How mails leave: claimed by senders, handed to a mail server over one kept connection each."""
