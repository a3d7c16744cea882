"""Who asks: API keys, tenants, and the cache that makes knowing them free."""
