"""Long thoughts to learn from: what a policy sampled, told as one thought that goes wrong, says so and turns back."""
