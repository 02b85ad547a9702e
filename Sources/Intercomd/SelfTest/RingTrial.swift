internal import HAL
internal import Realtime
internal import Time

/// Numbers from one thread to another.
enum RingTrial {
    private static let count = 20_000
    private static let capacity = 64
    /// A processor with much to do takes a moment for it.
    private static let patience = Duration.seconds(10)

    /// Sends and takes them.
    ///
    /// - Parameter wrong: One in whose place 0 is sent, to see that it is noticed; nil for none.
    /// - Returns: Whether all of them came, in their order.
    static func holds(wrong: Int? = nil) -> Bool {
        let ring = SPSCRing<Int>(capacity: capacity)
        let end = Clock.now() + patience
        let thread: RealtimeThread
        do throws(SystemError) {
            thread = try RealtimeThread(name: "self-test", priority: 0) {
                for number in 0..<count {
                    while ring.push(number == wrong ? 0 : number) != nil {
                        guard Clock.now() < end else { return }
                        Clock.sleep(.zero)
                    }
                }
            }
        } catch { return false }
        var (next, inOrder) = (0, 0)
        while next < count, Clock.now() < end {
            guard let number = ring.pop() else {
                Clock.sleep(.zero)
                continue
            }
            if number == next { inOrder += 1 }
            next += 1
        }
        thread.join()
        return inOrder == count
    }
}
