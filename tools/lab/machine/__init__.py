"""A whole machine like a Pi: Debian's arm64 kernel on QEMU's board, a card and a GPIO chip."""
