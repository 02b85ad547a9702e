internal import CLinux

/// What people and the service supervisor ask of the process, as a readable descriptor.
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

    /// Takes over the signals from the process, and ignores broken pipes and stray signals.
    ///
    /// One sent by mistake, such as SIGUSR1, would end the process at once.
    ///
    /// Only for the main thread before any other is started: threads inherit what is blocked,
    /// and a thread that did not block them would be killed by them.
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
