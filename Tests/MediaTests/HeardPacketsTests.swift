import Audio
import HAL
import Realtime
import Station
import Testing
import Time
import Wire

@testable import Crypto
@testable import Media

/// Only packets that the speaker has played are kept to be played again.
@Suite struct HeardPacketsTests {
    private let now = Clock.now()

    /// The packets that are kept of one that garage gets on each stream, the blocks that it mixes,
    /// the packets that it drops, and the size of a packet.
    private func kept(
        keeps: Bool = true, _ hearing: Hearing = .direct, _ volumes: MediaVolumes = MediaVolumes(),
        isHeldDown: Bool = false, streams: [UInt8] = [1]
    ) throws -> (packets: [KeptPacket], blocks: UInt64, dropped: UInt64, size: Int) {
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        kitchen.introduce(0, &garage, as: 0, at: now)
        kitchen.socket.send(ControlPayload(), to: 0, onSession: 10, made: now)
        _ = garage.open(at: now)
        garage.socket.sendCover(to: 0, at: now)
        _ = kitchen.open(at: now)

        var encoder = try OpusEncoder(.voice, bitrate: Profile.voice.settings.bitrate)
        var frames = EncodedFrames()
        let silence = Block(repeating: 0)
        frames.append(silence.span, by: &encoder)
        kitchen.socket.frameSize = encoder.frameSize
        var plan = emptyPlan()
        plan.keepsHeard = keeps
        var talkers = try Talkers(plan, garage.rings)
        for stream in streams {
            talkers.bind(stream, of: 0, to: hearing, at: now)
            kitchen.socket.send(
                frame: 0, of: frames, SentTalkspurt(sequence: 0), to: PeerSet([0]), stream: stream,
                isSpurtStart: true, isLast: false, at: now)
            let packetOpened = garage.open(at: now)
            let packet = try #require(packetOpened)
            talkers.receive(packet, in: garage.receiver, .open, by: &garage.socket, at: now)
        }

        var tones = Tones()
        for number in 0..<40 {
            var room = Block(repeating: 0)
            var all = room.mutableSpan
            var block = all._mutatingExtracting(first: plan.sound.blockSamples)
            _ = talkers.mix(
                by: &block, plan, .init(byHand: volumes, isHeldDown: isHeldDown), &tones,
                &garage.socket, at: now + .milliseconds(number * 10))
        }
        var packets: [KeptPacket] = []
        while let packet = garage.rings.nextKept() { packets.append(packet) }
        let counters = garage.rings.counters
        let dropped = counters[.droppedIgnored] + counters[.droppedUnbound]
        return (packets, counters[.framesMixed], dropped, frames.frameSize)
    }

    @Test func aPacketThatIsPlayedIsKeptOnce() throws {
        for hearing in [Hearing.direct, .page(channel: nil, overrides: false)] {
            let found = try kept(hearing)
            #expect(found.packets.map { $0.recorded?.peer } == [0])
            #expect(found.packets.map { $0.recorded?.stream } == [KeptPacket.Recorded.heard])
            #expect(found.packets.map { $0.count } == [found.size])
        }
    }

    @Test func whatComesOnTwoStreamsIsKeptOnce() throws {
        let one = try kept()
        let both = try kept(streams: [1, 2])
        #expect(both.packets.count == 1 && both.blocks > one.blocks)
    }

    @Test func nothingIsKeptWhileThatIsOff() throws {
        let found = try kept(keeps: false)
        #expect(found.packets.isEmpty && found.blocks > 0)
    }

    @Test func nothingIsKeptThatNobodyHears() throws {
        var muted = MediaVolumes()
        (muted.speaker, muted.isSpeakerMuted) = (.muted, true)
        var soft = MediaVolumes()
        soft.speaker = Gain(decibels: -41)
        var without = MediaVolumes()
        without.mutedPeers = PeerSet([0])
        var blocked = MediaVolumes()
        blocked.isCardMuted = true
        for volumes in [muted, soft, without, blocked] {
            let found = try kept(.direct, volumes)
            #expect(found.packets.isEmpty && found.blocks > 0)
        }
        let heldDown = try kept(isHeldDown: true)
        #expect(heldDown.packets.isEmpty && heldDown.blocks > 0)
        for hearing in [Hearing.ignored(.notListening), .unbound] {
            let found = try kept(hearing)
            #expect(found.packets.isEmpty && found.dropped == 1)
        }
    }
}
