"""kling_api: a blocking, headless client for Kling (可灵) jobs. Knows nothing of ComfyUI."""

__version__ = "0.1.0"
