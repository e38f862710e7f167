"""What a model gives of itself: Keras models, arrays, gradients, scores, explanations."""
