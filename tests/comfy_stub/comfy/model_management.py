"""Stand-in for ComfyUI's stop flag."""

_interrupted = False


class InterruptProcessingException(BaseException): ...  # a BaseException since ComfyUI 0.20


def interrupt_current_processing(value: bool = True) -> None:
    global _interrupted
    _interrupted = value


def processing_interrupted() -> bool:
    return _interrupted
