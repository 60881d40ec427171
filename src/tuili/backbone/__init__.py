"""What engines and verifiers run models with: forward passes over keys and values that their caller keeps, so that
nothing is read twice.

Any model of transformers that keeps nothing but keys and values from token to token can run so; those built like Llama
have a pass of their own.
"""
