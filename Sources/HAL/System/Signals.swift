internal import CLinux

/// Signals from people and the service manager, as a readable descriptor.
public struct Signals: ~Copyable, Sendable {
    public enum Signal: Int32, Sendable, CaseIterable {
        /// Read the configuration again.
        case hangup = 1
        /// Ctrl-C.
        case interrupt = 2
        /// Ctrl-\.
        case quit = 3
        case terminate = 15
    }

    private let descriptor: FileDescriptor

    /// Blocks the signals for the process, and ignores broken pipes and stray signals.
    ///
    /// One sent by mistake, such as SIGUSR1, would end the process at once.
    ///
    /// Only for the main thread before any other thread starts: threads inherit blocked signals,
    /// and a signal would kill the process through a thread that did not block it.
    public init() throws(SystemError) {
        var numbers: [4 of Int32] = [
            Signal.hangup.rawValue, Signal.interrupt.rawValue, Signal.quit.rawValue,
            Signal.terminate.rawValue,
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
        Signal(rawValue: clinux_signals_next(descriptor.raw))
    }
}
