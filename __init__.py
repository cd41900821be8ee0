"""ComfyUI node pack for Kling (可灵) video with your own key. The nodes are in `nodes`, the engine in `kling_api`."""

if __package__:  # empty only when a test runner imports this file as a module of no package
    from .nodes import comfy_entrypoint

    WEB_DIRECTORY = "./nodes/web"
    __all__ = ["WEB_DIRECTORY", "comfy_entrypoint"]
