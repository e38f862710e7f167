"""What is called while a network trains: hooks after each epoch, and callbacks of Keras."""
