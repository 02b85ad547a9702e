internal import CLinux
internal import Realtime
public import Time

/// Work that may take seconds, on a thread of its own: a disk, a name server or a sound card keeps
/// whoever asks it waiting.
///
/// Its owner looks now and then whether the result is there. An owner that drops it does not wait
/// for the end, and the result ends on the thread that found it.
public final class Background<Value: ~Copyable>: Sendable {
    /// When the work began.
    public let since = Clock.now()
    private let results = SPSCRing<Value>(capacity: 1)

    /// Begins the work.
    ///
    /// Where no thread can be had, it is done before this returns.
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

    /// The result, once; nil while there is none.
    public func take() -> Value? { results.pop() }

    /// The result, once, after a wait for it; nil where it is not there in time.
    public func take(within limit: Duration) -> Value? {
        let end = Clock.now() + limit
        while true {
            if let value = take() { return value }
            let now = Clock.now()
            guard now < end else { return nil }
            Clock.sleep(min(end, look(at: now)) - now)
        }
    }

    /// Whether it takes longer than disks and cards that are well ever do.
    public func isLate(at now: Instant) -> Bool { now - since > .seconds(5) }

    /// When to look for the result again: soon, and the more seldom the longer it takes.
    public func look(at now: Instant) -> Instant {
        now + max(.milliseconds(1), min(.milliseconds(250), (now - since) / 8))
    }
}

extension Background where Value == Bool {
    /// Ends a value, such as an open device, where that may take seconds; true when it has ended.
    public convenience init<Other: ~Copyable>(ending other: consuming Other) {
        let last = Last(other)
        self.init {
            unsafe last.value = nil
            return true
        }
    }
}

/// A value on its way to the thread where it ends.
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

/// Works that must not run at once, such as two that read the same files and write what follows
/// from them: each begins when the one before it has ended.
///
/// For one thread, which begins them all.
public final class WorkChain {
    private var last: SPSCRing<Bool>?

    public init() {}

    /// Begins a work, or has it wait for those before it.
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
