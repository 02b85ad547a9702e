import Station
import Testing
import Time
import Wire

/// A channel that one of two stations has no more.
@Suite struct ChannelGoneTests {
    private let start = Instant(nanoseconds: 1_000_000_000)
    private var talker = Switchboard(
        targets: [TalkTarget(stream: 3, reference: 0xA1, listeners: [0])],
        channels: [Channel(number: 1, reference: 0xA1, members: [0], isListenedTo: true)],
        firstMids: [100])
    private var listener = Switchboard(targets: [], channels: [], firstMids: [100])

    /// Whether the other station need not wait for the next session to know it, or the channel
    /// went while there was none.
    @Test(arguments: [false, true])
    mutating func aPeerIsToldThatTheChannelIsGone(wasAway: Bool) {
        talker.up(peer: 0, isNewBoot: true, at: start)
        listener.up(peer: 0, isNewBoot: true, at: start)
        exchange(at: start)
        #expect(listener.view(of: 0).hasUnknownChannel)
        let later = start + .seconds(1)
        if wasAway { talker.down(peer: 0, at: later) }
        talker.configure(targets: [], channels: [], at: later)
        if wasAway {
            exchange(at: later + .seconds(20))
            #expect(listener.view(of: 0).hasUnknownChannel)
            talker.up(peer: 0, isNewBoot: false, at: later + .seconds(20))
        }
        exchange(at: later + .seconds(20))
        #expect(!listener.view(of: 0).hasUnknownChannel)
    }

    /// The talker acts now and is heard.
    private mutating func exchange(at now: Instant) {
        for _ in 0..<2 {
            while let order = talker.nextOrder() {
                guard case .send(_, let payload) = order else { continue }
                _ = ControlReader.read(payload.bytes.span) {
                    listener.receive($0, from: 0, at: now)
                }
            }
            while let order = listener.nextOrder() {
                guard case .send(_, let payload) = order else { continue }
                _ = ControlReader.read(payload.bytes.span) { talker.receive($0, from: 0, at: now) }
            }
        }
    }
}
