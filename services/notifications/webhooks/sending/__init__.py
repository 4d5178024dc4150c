"""How deliveries leave: claimed by senders, called by threads, settled by what was answered."""
