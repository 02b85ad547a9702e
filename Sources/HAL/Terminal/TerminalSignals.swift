internal import CLinux

/// Signals from a person at a terminal to a program that draws on it, as a readable descriptor.
public struct TerminalSignals: ~Copyable {
    public enum Signal: Equatable, Sendable {
        /// Ctrl-C, or another signal that ends the program.
        case end
        /// Ctrl-Z: give the terminal back, then `stop()`.
        case suspend
        /// The window has another size, or the program continues after a stop.
        case redraw
    }

    private static let suspend: Int32 = 20
    private static let redraws: [2 of Int32] = [18, 28]

    private let descriptor: FileDescriptor

    /// Blocks the signals for the process, and ignores broken pipes and stray signals.
    ///
    /// Only for the main thread, before any other thread starts.
    public init() throws(SystemError) {
        // The signals that end a program at a terminal: the window closed, Ctrl-C, Ctrl-\, kill.
        var numbers: [7 of Int32] = [
            1, 2, 3, 15, Self.suspend, Self.redraws[0], Self.redraws[1],
        ]
        var span = numbers.mutableSpan
        // SAFETY: the kernel reads `count` numbers of the array.
        let raw = unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_signals_make(buffer.baseAddress!, Int32(buffer.count))
        }
        descriptor = FileDescriptor(owning: try SystemError.check(raw, "signalfd"))
        clinux_ignore_strays()
    }

    /// To watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// The next signal; nil when none is waiting.
    public borrowing func next() -> Signal? {
        switch clinux_signals_next(descriptor.raw) {
        case 0: nil
        case Self.suspend: .suspend
        case Self.redraws[0], Self.redraws[1]: .redraw
        default: .end
        }
    }

    /// Stops the process as Ctrl-Z would have; returns when the shell continues it.
    public borrowing func stop() { clinux_stop() }
}
