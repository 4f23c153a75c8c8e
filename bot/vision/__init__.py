"""Photos to numbers: decoding what strangers send, and the CLIP model that embeds it.

Knows nothing of Telegram or the store. Importing it, or any module in it, loads neither torch nor a model.
"""
