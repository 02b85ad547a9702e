import HAL
import Realtime

/// A deterministic coin, one for each thread.
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// A number below `bound` (xorshift64).
    mutating func roll(_ bound: UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state % bound
    }

    /// Lets the other thread run now and then, so that the ring is met empty and full.
    mutating func pause() {
        if roll(64) == 0 { Pause.yield() }
        if roll(4096) == 0 { Pause.sleep() }
    }
}

/// More than one word: a torn or early read shows in the value, not only in a report.
struct Packet {
    let number: Int
    let words: InlineArray<8, Int>

    init(_ number: Int) {
        self.number = number
        words = InlineArray { number &* ($0 + 3) }
    }

    var isWhole: Bool {
        for index in words.indices where words[index] != number &* (index + 3) { return false }
        return true
    }
}

/// Owns memory, so that an element seen twice is freed twice, and one that is lost leaks.
@safe struct Owner: ~Copyable, @unchecked Sendable {
    private let cell: UnsafeMutablePointer<Int>

    init(_ number: Int) {
        unsafe cell = .allocate(capacity: 1)
        unsafe cell.initialize(to: number)
    }

    deinit {
        unsafe cell.pointee = -1
        unsafe cell.deallocate()
    }

    var number: Int { unsafe cell.pointee }
}

/// Copyable elements through rings of 1, 2 and 64; nil when all came whole and in order.
func workRings(seed: UInt64) -> String? {
    for (capacity, count) in [(1, 4_000), (2, 8_000), (64, 40_000)] {
        let ring = SPSCRing<Packet>(capacity: capacity)
        let producer = Thread("producer") {
            var dice = Dice(seed)
            var next = 0
            while next < count {
                dice.pause()
                // Back-pressure: what is refused comes back whole, and is offered again.
                if let refused = ring.push(Packet(next)) {
                    precondition(refused.number == next && refused.isWhole)
                    Pause.yield()
                } else {
                    next += 1
                }
            }
        }
        var dice = Dice(seed ^ 0xA5A5)
        for expected in 0..<count {
            dice.pause()
            let packet = take(ring)
            guard packet.isWhole else { return "ring of \(capacity): \(expected) is torn" }
            guard packet.number == expected else {
                return "ring of \(capacity): \(packet.number) instead of \(expected)"
            }
        }
        producer.join()
        guard ring.pop() == nil else { return "ring of \(capacity): more came out than went in" }
    }
    return nil
}

private func take(_ ring: SPSCRing<Packet>) -> Packet {
    while true {
        if let packet = ring.pop() { return packet }
        Pause.yield()
    }
}

/// Owned elements there and back, as keys and devices go; some stay in the ring and die with it.
func workOwners(seed: UInt64) -> String? {
    let left = 3
    for (capacity, count) in [(1, 2_000), (8, 20_000)] {
        let there = SPSCRing<Owner>(capacity: capacity)
        let back = SPSCRing<Owner>(capacity: capacity)
        let other = Thread("other") {
            var dice = Dice(seed ^ 0x5A5A)
            var seen = 0
            while seen < count {
                dice.pause()
                guard let owner = there.pop() else {
                    Pause.yield()
                    continue
                }
                precondition(owner.number == seen)
                seen += 1
                give(owner, to: back)
            }
        }
        var dice = Dice(seed)
        var (sent, returned) = (0, 0)
        var waiting: Owner? = Owner(0)
        while returned < count {
            dice.pause()
            if let owner = waiting.take() {
                waiting = there.push(owner)
                if waiting == nil {
                    sent += 1
                    if sent < count { waiting = Owner(sent) }
                }
            }
            switch back.pop() {
            case .some(let owner):
                guard owner.number == returned else { return "\(owner.number) came back early" }
                returned += 1
            case .none: Pause.yield()
            }
        }
        other.join()
        for number in 0..<left { _ = there.push(Owner(number)) }
    }
    return nil
}

private func give(_ owner: consuming Owner, to ring: SPSCRing<Owner>) {
    var waiting: Owner? = owner
    while let owner = waiting.take() {
        waiting = ring.push(owner)
        Pause.yield()
    }
}
