internal import CLinux
internal import Realtime
public import Time

/// Work that may take seconds, on a thread of its own, because a disk, a name server or a sound
/// card keeps its callers waiting.
///
/// The owner looks now and then for the result. If the owner drops the work, it does not wait for
/// the end, and the result is freed on the work's thread.
public final class Background<Value: ~Copyable>: Sendable {
    /// When the work began.
    public let since = Clock.now()
    private let results = SPSCRing<Value>(capacity: 1)

    /// Begins the work.
    ///
    /// If no thread can be made, the work is done before this returns.
    public init(_ work: @escaping @Sendable () -> Value) {
        let body = Body { [results] in _ = results.push(work()) }
        let argument = unsafe Unmanaged.passRetained(body)
        // SAFETY: the thread takes over the one reference of `argument`.
        let result = unsafe clinux_thread_begin(
            { argument in
                unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        if result < 0 { unsafe argument.takeRetainedValue().run() }
    }

    /// Returns the result, once; nil while there is none.
    public func take() -> Value? { results.pop() }

    /// Returns the result, once, and waits for it; nil where it does not come in time.
    public func take(within limit: Duration) -> Value? {
        let end = Clock.now() + limit
        while true {
            if let value = take() { return value }
            let now = Clock.now()
            guard now < end else { return nil }
            Clock.sleep(min(end, look(at: now)) - now)
        }
    }

    /// Returns whether the work takes longer than healthy disks and cards ever do.
    public func isLate(at now: Instant) -> Bool { now - since > .seconds(5) }

    /// Returns when to look for the result again: soon at first, then at growing intervals.
    public func look(at now: Instant) -> Instant {
        now + max(.milliseconds(1), min(.milliseconds(250), (now - since) / 8))
    }
}

extension Background where Value == Bool {
    /// Frees a value that may take seconds to end, such as an open device; the result is true.
    public convenience init<Other: ~Copyable>(ending other: consuming Other) {
        let last = Last(other)
        self.init {
            unsafe last.value = nil
            return true
        }
    }
}

/// A value on its way to the thread that frees it.
private final class Last<Value: ~Copyable>: Sendable {
    // SAFETY: only that thread touches it.
    nonisolated(unsafe) var value: Value?
    init(_ value: consuming Value) { unsafe self.value = consume value }
}

/// The work of a thread, on its way there.
final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Work that must run one piece at a time, such as two pieces that read the same files and write
/// results from them: each begins after the end of the one before.
///
/// Only one thread may begin them all.
public final class WorkChain {
    private var last: SPSCRing<Bool>?

    public init() {}

    /// Begins a piece of work, or makes it wait for the pieces before it.
    public func begin<Value>(_ work: @escaping @Sendable () -> Value) -> Background<Value> {
        let (before, end) = (last, SPSCRing<Bool>(capacity: 1))
        last = end
        return Background {
            if let before { while before.pop() == nil { Clock.sleep(.milliseconds(2)) } }
            let value = work()
            _ = end.push(true)
            return value
        }
    }
}
