import Testing
import Time

@testable import Crypto

@Suite final class KeySlotsTests {
    private var slots = KeySlots()
    let plaintext = [UInt8](repeating: 0x11, count: 64)
    static let start = Instant(nanoseconds: 0)
    let clock = SessionClock(began: start, peerBegan: start)

    /// Both ends of one session; the local index is `number`, the remote one `number` + 1000.
    private struct Pair: ~Copyable {
        let here: SessionKeys
        var there: SessionKeys
    }

    private func pair(_ number: UInt32, suite: Suite = .aesGCM) -> Pair {
        let keys = TransportKeys(
            initiatorToResponder: DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 1)),
            responderToInitiator: DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 2)))
        return Pair(
            here: SessionKeys(
                suite: suite, keys: keys, isInitiator: true,
                localIndex: number, remoteIndex: number + 1000, clock: clock),
            there: SessionKeys(
                suite: suite, keys: keys, isInitiator: false,
                localIndex: number + 1000, remoteIndex: number, clock: clock))
    }

    /// The outcome for a datagram, in a form that tests can compare.
    private enum Outcome: Equatable {
        case opened(KeySlots.Slot)
        case switched(UInt32, retired: UInt32?)
        case refused(Opener.Refusal)
        case foreign
    }

    private func open(_ datagram: [UInt8]?) -> Outcome {
        var plaintext = [UInt8](repeating: 0, count: PacketSeal.plaintextMax)
        var span = plaintext.mutableSpan
        let datagram = datagram ?? []
        switch slots.open(datagram.span, at: Self.start, into: &span) {
        case .opened(_, let slot, _): return .opened(slot)
        case .switched(_, _, let index, let retired):
            return .switched(index, retired: localIndex(retired))
        case .refused(let refusal): return .refused(refusal)
        case .foreign: return .foreign
        }
    }

    private func localIndex(_ keys: consuming SessionKeys?) -> UInt32? {
        switch consume keys {
        case .some(let keys): keys.localIndex
        case .none: nil
        }
    }

    private func seal(onIndex index: UInt32? = nil) -> [UInt8]? {
        var datagram = [UInt8](repeating: 0, count: PacketSeal.datagramMax)
        var span = datagram.mutableSpan
        let plaintext = plaintext
        let size =
            if let index {
                slots.seal(
                    onIndex: index, flags: 0x40, plaintext: plaintext.span, at: Self.start,
                    into: &span)
            } else {
                slots.seal(flags: 0x40, plaintext: plaintext.span, at: Self.start, into: &span)
            }
        return size.map { Array(datagram[..<$0]) }
    }

    @Test func emptySlotsKnowNobody() {
        #expect(open([UInt8](repeating: 0, count: 87)) == .foreign)
        #expect(open([1, 2, 3]) == .refused(.length))
        #expect(seal() == nil)
        #expect(seal(onIndex: 0) == nil)
        #expect(slots.currentIndex == nil)
        #expect(localIndex(slots.drop(index: 0)) == nil)
        #expect(localIndex(slots.dropAny()) == nil)
    }

    @Test func nextBecomesCurrentWithItsFirstGoodPacket() {
        var one = pair(1)
        #expect(localIndex(slots.install(one.here)) == nil)
        #expect(slots.nextIndex == 1)
        #expect(slots.currentIndex == nil)
        #expect(seal() == nil, "nothing is sealed before the switch")
        #expect(seal(onIndex: 1) != nil, "but for what belongs to that session")

        // A flipped bit does not switch; the true packet does, once.
        let packet = one.there.sealer.sealed(flags: 0x40, plaintext)
        var flipped = packet ?? []
        flipped[40] ^= 1
        #expect(open(flipped) == .refused(.authentication))
        #expect(slots.currentIndex == nil)
        #expect(open(packet) == .switched(1, retired: nil))
        #expect(slots.currentIndex == 1)
        #expect(slots.nextIndex == nil)
        #expect(open(packet) == .refused(.copy))
        #expect(open(one.there.packet()) == .opened(.current))
    }

    @Test func previousStillOpensAndTheOneBeforeIsRetired() {
        var one = pair(1)
        var two = pair(2)
        var three = pair(3)
        _ = localIndex(slots.install(one.here))
        #expect(open(one.there.packet()) == .switched(1, retired: nil))
        let late = one.there.packet()
        let later = one.there.packet()

        _ = localIndex(slots.install(two.here))
        #expect(open(late) == .opened(.current), "next does not disturb current")
        #expect(open(two.there.packet()) == .switched(2, retired: nil))
        #expect(open(later) == .opened(.previous))
        #expect(slots.slot(of: 1) == .previous)

        let last = one.there.packet()
        _ = localIndex(slots.install(three.here))
        #expect(open(three.there.packet()) == .switched(3, retired: 1))
        #expect(open(last) == .foreign)
        #expect(slots.slot(of: 2) == .previous)
    }

    @Test func newerNextDisplacesTheOlder() {
        var one = pair(1)
        let two = pair(2)
        _ = localIndex(slots.install(one.here))
        #expect(localIndex(slots.install(two.here)) == 1)
        #expect(open(one.there.packet()) == .foreign)
        #expect(slots.owns(index: 2) == true)
        #expect(slots.owns(index: 1) == false)
    }

    @Test func everythingIsSealedOnCurrent() {
        var one = pair(1)
        var two = pair(2)
        _ = localIndex(slots.install(one.here))
        _ = open(one.there.packet())
        #expect(one.there.opener.opened(seal() ?? []) != .refused(.authentication))
        #expect(slots.currentCounter == 1)

        _ = localIndex(slots.install(two.here))
        let still = seal() ?? []
        #expect(
            one.there.opener.opened(still)
                == .opened(flags: 0x40, counter: 1, isNewest: true, plaintext))
        _ = open(two.there.packet())
        #expect(slots.currentCounter == 0)
        let now = seal() ?? []
        #expect(
            two.there.opener.opened(now)
                == .opened(flags: 0x40, counter: 0, isNewest: true, plaintext))
        // CLOSE on the old session is still possible, and its counter runs on.
        let old = seal(onIndex: 1) ?? []
        #expect(
            one.there.opener.opened(old)
                == .opened(flags: 0x40, counter: 2, isNewest: true, plaintext))
    }

    @Test func noNonceIsUsedTwiceOverASwitch() {
        var one = pair(1)
        _ = localIndex(slots.install(one.here))
        // As `next`, as `current` and as `previous`, a session has one counter.
        var sent: [[UInt8]?] = []
        for _ in 0..<5 { sent.append(seal(onIndex: 1)) }
        _ = open(one.there.packet())
        for _ in 0..<5 { sent.append(seal()) }
        for _ in 0..<5 { sent.append(seal(onIndex: 1)) }
        var two = pair(2)
        _ = localIndex(slots.install(two.here))
        _ = open(two.there.packet())
        for _ in 0..<5 { sent.append(seal(onIndex: 1)) }

        var counters: [UInt64] = []
        for datagram in sent {
            if case .opened(_, let counter, _, _, _) = one.there.opener.opened(datagram ?? []) {
                counters.append(counter)
            }
        }
        #expect(counters == Array(0..<20))
    }

    @Test func spentCurrentSealsNothing() {
        let keys = DirectionKeys(key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 1))
        let session = SessionKeys(
            localIndex: 5,
            sealer: Sealer(suite: .aesGCM, keys: keys, receiverIndex: 6, counter: (1 << 22) - 1),
            opener: Opener(suite: .aesGCM, keys: keys), clock: clock)
        _ = localIndex(slots.install(session))
        var other = Sealer(suite: .aesGCM, keys: keys, receiverIndex: 5)
        #expect(open(other.sealed(flags: 0, plaintext)) == .switched(5, retired: nil))
        #expect(seal() != nil)
        #expect(seal() == nil)
        #expect(slots.currentCounter == 1 << 22)
    }

    @Test func droppedSessionsComeBackWhole() {
        var one = pair(1)
        var two = pair(2)
        let three = pair(3)
        _ = localIndex(slots.install(one.here))
        _ = open(one.there.packet())
        _ = localIndex(slots.install(two.here))
        _ = open(two.there.packet())
        _ = localIndex(slots.install(three.here))

        #expect(localIndex(slots.drop(index: 2)) == 2)
        #expect(slots.currentIndex == nil)
        #expect(seal() == nil)
        #expect(localIndex(slots.drop(index: 2)) == nil)
        var left: Set<UInt32> = []
        while let keys = slots.dropAny() { left.insert(keys.localIndex) }
        #expect(left == [1, 3])
        slots.removeAll()
        #expect(slots.owns(index: 1) == false)
    }
}

extension SessionKeys {
    /// A datagram of this end.
    fileprivate mutating func packet() -> [UInt8]? {
        sealer.sealed(flags: 0, [UInt8](repeating: 0x11, count: 64))
    }
}
