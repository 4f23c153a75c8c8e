"""Makes `import torchvision` work where its build does not fit torch's.

PyPI has torchvision for Linux built against CUDA only. Beside torch's CPU build its C++ library does not load, and
`import torchvision` dies with "operator torchvision::nms does not exist": it registers a fake of an operator
that only the library declares (seen with torchvision 0.28.0+cu130 and torch 2.13.0+cpu). open_clip needs nothing
but torchvision's image transforms, which are pure Python. So the operators are declared, with no code behind them.
"""

from __future__ import annotations

import sys

# The two that torchvision/_meta_registrations.py names without asking whether the library is there.
_OPERATORS = ("nms", "qnms")
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
# torch forgets what a Library declared when the object dies.
_declared: list[object] = []


def ensure_torchvision() -> None:
    """Import torchvision; declare its missing operators only if it fails for the want of them."""
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        _declare()
        _forget_half_imported()
        import torchvision  # noqa: F401


def _declare() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for operator in _OPERATORS:
        if not hasattr(torch.ops.torchvision, operator):
            library.define(operator + _SIGNATURE)  # type: ignore[no-untyped-call]
    _declared.append(library)


def _forget_half_imported() -> None:
    """The failed import leaves submodules behind, which would not become attributes of the package again."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
