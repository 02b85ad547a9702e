import Station
import Testing
import Time
import Wire

/// A channel that one of two stations has no more.
@Suite struct ChannelGoneTests {
    /// The other station need not wait for the next session to know it.
    @Test func aPeerIsToldThatTheChannelIsGone() {
        let start = Instant(nanoseconds: 1_000_000_000)
        let up = TalkTarget(stream: 3, reference: 0xA1, listeners: PeerSet([0]))
        var talker = Switchboard(
            targets: [up],
            channels: [Channel(number: 1, reference: 0xA1, members: [0], isListenedTo: true)],
            firstMids: [100])
        var listener = Switchboard(targets: [], channels: [], firstMids: [100])
        talker.up(peer: 0, isNewBoot: true, at: start)
        listener.up(peer: 0, isNewBoot: true, at: start)
        exchange(&talker, &listener, at: start)
        #expect(listener.view(of: 0).hasUnknownChannel)
        talker.configure(targets: [], channels: [], at: start + .seconds(1))
        exchange(&talker, &listener, at: start + .seconds(1))
        #expect(!listener.view(of: 0).hasUnknownChannel)
    }

    private func exchange(_ one: inout Switchboard, _ other: inout Switchboard, at now: Instant) {
        while let action = one.nextOrder() {
            guard case .send(_, let payload) = action else { continue }
            _ = ControlReader.read(payload.bytes.span) { other.receive($0, from: 0, at: now) }
        }
    }
}
