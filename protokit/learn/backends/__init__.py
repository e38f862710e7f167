"""What Keras can run on beside TensorFlow, and training there."""
