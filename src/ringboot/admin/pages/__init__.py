"""The pages: drawn here from what the API says, and made lively by htmx."""
