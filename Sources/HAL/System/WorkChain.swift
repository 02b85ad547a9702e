internal import Realtime
internal import Time

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
