import Audio
import CLoopback
import HAL
import Realtime
import Station
import Testing
import Time
import Wire

@testable import Crypto
@testable import Media

/// Two stations in one process: a packet goes from one's socket to the other's receiver, through
/// the kernel's loopback.
@Suite struct PacketWayTests {
    private let now = Clock.now()

    /// Introduces two ends, of which the second knows the first as `own`, and lets both use their
    /// session.
    private func meet(
        _ one: inout End, _ other: inout End, as own: Int = 0, localIndex: UInt32 = 10
    ) {
        one.introduce(0, &other, as: own, here: localIndex, there: localIndex + 10, at: now)
        one.socket.send(ControlPayload(), to: 0, onSession: localIndex, made: now)
        _ = other.open(at: now)
        other.socket.sendCover(to: own, at: now)
        _ = one.open(at: now)
    }

    /// One block that the talkers of an end play.
    private func mix(
        _ talkers: inout Talkers, _ plan: MediaPlan, _ tones: inout Tones, _ end: inout End,
        at moment: Instant
    ) {
        var room = Block(repeating: 0)
        var all = room.mutableSpan
        var block = all._mutatingExtracting(first: plan.sound.blockSamples)
        _ = talkers.mix(
            by: &block, plan, .init(byHand: MediaVolumes(), isHeldDown: false), &tones,
            &end.socket, at: moment)
    }

    /// One frame of silence, as an end sends it.
    private func silence(from end: inout End) throws -> EncodedFrames {
        var encoder = try OpusEncoder(.voice, bitrate: Profile.voice.settings.bitrate)
        var frames = EncodedFrames()
        let silence = Block(repeating: 0)
        frames.append(silence.span, by: &encoder)
        end.socket.frameSize = encoder.frameSize
        return frames
    }

    @Test func aFirstPacketSwitchesBothSidesToTheNewKeys() throws {
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        kitchen.introduce(3, &garage, as: 5, at: now)

        // On no current session nothing goes out; on the next one it does.
        kitchen.socket.sendCover(to: 3, at: now)
        #expect(kitchen.rings.counters[.unsentNoSession] == 1)
        kitchen.socket.send(ControlPayload(), to: 3, onSession: 10, made: now)
        let packetOpened = garage.open(at: now)
        let packet = try #require(packetOpened)
        #expect(packet.peer == 5 && packet.index == 20 && packet.source == kitchen.address)
        let endpoint = garage.socket.peers[5].endpoint
        #expect(endpoint == kitchen.address, "the session's place is the peer's now")
        guard case .switched(peer: 5, index: 20)? = garage.rings.events.pop() else {
            Issue.record("the control thread is to know")
            return
        }

        garage.socket.sendCover(to: 5, at: now)
        let answerOpened = kitchen.open(at: now)
        let answer = try #require(answerOpened)
        #expect(answer.peer == 3 && answer.flags.kind == .cover)
        #expect(garage.rings.traffic[5][.sent] == 1)
    }

    @Test func aRepeatedPacketAndAForgedOneAreCountedApart() throws {
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        var stranger = try End(at: now)
        meet(&kitchen, &garage)
        // Other keys, and the index of the session.
        stranger.introduce(0, &kitchen, as: 1, at: now)
        kitchen.socket.sendCover(to: 0, at: now)
        let isOpened = garage.open(at: now) != nil
        #expect(isOpened)
        for _ in 0..<2 {
            #expect(garage.receiver.open(0, for: &garage.socket.peers, at: now) == nil)
        }
        stranger.socket.peers[0].nextEndpoint = garage.address
        stranger.socket.send(ControlPayload(), to: 0, onSession: 10, made: now)
        #expect(garage.open(at: now) == nil)
        let traffic = garage.rings.traffic[0]
        #expect((traffic[.refused], traffic[.repeated]) == (3, 2))
    }

    /// The next session may be with another run of the peer, which was asked for nothing.
    @Test func recordsGoOutOnTheSessionForWhichTheyWereMade() throws {
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        for index in [10, 30] as [UInt32] {
            meet(&kitchen, &garage, localIndex: index)
        }
        for (session, opens) in [(10, 20), (30, 40), (nil, 40)] as [(UInt32?, UInt32)] {
            kitchen.socket.send(ControlPayload(), to: 0, onSession: session, made: now)
            let opened = garage.open(at: now)
            #expect(opened?.index == opens)
        }
    }

    /// Three packets of silence a second on each of eight streams, of whatever priority, and
    /// another begins to talk: in virtual time.
    @Test(arguments: [Priority.normal, .high, .emergency])
    func eightStreamsOfSilenceHoldNoPlaceOfAnothers(_ claimed: Priority) throws {
        var hostile = try End(at: now)
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        meet(&hostile, &garage)
        meet(&kitchen, &garage, as: 1, localIndex: 30)

        let plan = emptyPlan()
        var silence = try OpusEncoder(plan.profile)
        var speech = try OpusEncoder(plan.profile)
        var silent = EncodedFrames()
        var spoken = EncodedFrames()
        let nothing = Block(repeating: 0)
        var tone = Block(repeating: 0)
        for index in 0..<480 { tone[index] = index % 96 < 48 ? 8_000 : -8_000 }
        var talkers = try Talkers(plan, garage.rings)
        for stream in UInt8(0)..<8 {
            talkers.streams[0].priorities[Int(stream)] = claimed
            talkers.bind(stream, of: 0, to: .direct, at: now)
        }
        talkers.bind(1, of: 1, to: .direct, at: now)
        var tones = Tones()
        var spurt = SentTalkspurt(sequence: 0, listeners: PeerSet([0]))
        spurt.begin(at: 0)
        var quiet = SentTalkspurt(sequence: 0, listeners: PeerSet([0]))
        quiet.begin(at: 0)
        kitchen.socket.frameSize = speech.frameSize
        hostile.socket.frameSize = silence.frameSize
        var moment = now
        var heardAfter: Int?
        for number in 0..<200 {
            silent.append(nothing.span, by: &silence)
            spoken.append(tone.span, by: &speech)
            if number % 33 == 0 {
                for stream in UInt8(0)..<8 {
                    hostile.socket.send(
                        frame: number, of: silent, quiet, to: quiet.listeners, stream: stream,
                        isSpurtStart: false,
                        isLast: false, at: moment)
                    take(&garage, &talkers, at: moment)
                }
            }
            quiet.sent()
            if number >= 100 {
                kitchen.socket.send(
                    frame: number, of: spoken, spurt, to: spurt.listeners, stream: 1,
                    isSpurtStart: number < 110,
                    isLast: false, at: moment)
                take(&garage, &talkers, at: moment)
            }
            spurt.sent()
            for _ in 0..<480 / plan.sound.blockSamples {
                mix(&talkers, plan, &tones, &garage, at: moment)
            }
            let played = garage.rings.traffic[1][.playedSamples]
            if heardAfter == nil, played > 0 { heardAfter = number - 100 }
            moment = moment + .milliseconds(10)
        }
        let after = try #require(heardAfter, "it is not heard at all")
        #expect(after <= 20, "in hundredths of a second")
        #expect(garage.rings.traffic[0][.crowdedAt] > 0, "and it is known whose streams held it up")
        #expect(garage.rings.traffic[0][.voices] == 7)
        #expect(garage.rings.traffic[1][.voices] == 1)
    }

    /// Takes what has arrived, as sound.
    private func take(_ end: inout End, _ talkers: inout Talkers, at moment: Instant) {
        #expect(loopback_settle() == 0)
        let count = end.receiver.read(from: end.socket)
        for place in 0..<count {
            guard let packet = end.receiver.open(place, for: &end.socket.peers, at: moment) else {
                continue
            }
            talkers.receive(packet, in: end.receiver, .open, by: &end.socket, at: moment)
        }
    }

    @Test func soundWithoutASpeakerIsRefusedAndItsTalkerIsToldWhy() throws {
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        meet(&kitchen, &garage)

        let frames = try silence(from: &kitchen)
        kitchen.socket.send(
            frame: 0, of: frames, SentTalkspurt(sequence: 0), to: PeerSet([0]), stream: 1,
            isSpurtStart: true, isLast: false, at: now)
        let packetOpened = garage.open(at: now)
        let packet = try #require(packetOpened)
        var talkers = try Talkers(emptyPlan(), garage.rings)
        talkers.receive(
            packet, in: garage.receiver, .absent(.noOutput), by: &garage.socket, at: now)
        #expect(garage.rings.counters[.droppedNoSpeaker] == 1)
        #expect(garage.rings.traffic[0][.unheardWhy] & 0xff == UInt64(Unheard.noOutput.rawValue))
        let toldOpened = kitchen.open(at: now)
        let told = try #require(toldOpened)
        var why: Unheard?
        kitchen.receiver.passRecords(of: told, to: &talkers, at: now)
        if let records = kitchen.rings.records.pop() {
            _ = ControlReader.read(records.bytes.span.extracting(first: records.packet.count)) {
                if case .heard(let heard) = $0 { why = heard.why }
            }
        }
        #expect(why == .noOutput)
    }

    @Test func aRecordedPeerIsKeptWithoutASpeakerAndNobodyElse() throws {
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        meet(&kitchen, &garage)
        let frames = try silence(from: &kitchen)
        var talkers = try Talkers(emptyPlan(), garage.rings)
        talkers.bind(4, of: 0, to: .channel(7), at: now)
        var kept: [KeptPacket.Recorded?] = []
        // Each frame once; in another run of the peer its numbers begin anew.
        for (peers, isNewRun) in [
            ([1], false), ([0], false), ([0], false), ([], false), ([0], true),
        ] as [(PeerSet, Bool)] {
            talkers.recorded[7] = peers
            if isNewRun {
                talkers.bind(4, of: 0, to: .unbound, at: now)
                talkers.bind(4, of: 0, to: .channel(7), at: now)
            }
            kitchen.socket.send(
                frame: 0, of: frames, SentTalkspurt(sequence: 9), to: PeerSet([0]), stream: 4,
                isSpurtStart: true, isLast: false, at: now)
            let packetOpened = garage.open(at: now)
            let packet = try #require(packetOpened)
            talkers.receive(
                packet, in: garage.receiver, .absent(.noOutput), by: &garage.socket, at: now)
            while let packet = garage.rings.nextKept() { kept.append(packet.recorded) }
        }
        #expect(kept.count == 2)
        #expect(kept.first??.stream == 7 && kept.first??.peer == 0 && kept.first??.sequence == 9)
    }

    @Test func aRecordingGetsTheCopiesOfLostFramesAlone() throws {
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        meet(&kitchen, &garage)
        var encoder = try OpusEncoder(.voice, bitrate: Profile.voice.settings.bitrate)
        var frames = EncodedFrames()
        let silence = Block(repeating: 0)
        kitchen.socket.frameSize = encoder.frameSize
        kitchen.socket.peers[0].protection.room = AudioPacket.roomMax
        kitchen.socket.peers[0].protection.depth = 2
        var spurt = SentTalkspurt(sequence: 100, listeners: PeerSet([0]))
        spurt.begin(at: 0)
        var talkers = try Talkers(emptyPlan(), garage.rings)
        talkers.bind(4, of: 0, to: .channel(7), at: now)
        talkers.recorded[7] = PeerSet([0])
        let bytes: [UInt8] = [1, 2, 3]
        let other = KeptPacket(
            bytes.span,
            for: KeptPacket.Recorded(
                stream: 8, peer: 0, sequence: 0, isSpurtStart: false, at: now))
        var kept: [UInt16?] = []
        for number in 0..<6 {
            frames.append(silence.span, by: &encoder)
            kitchen.socket.send(
                frame: number, of: frames, spurt, to: spurt.listeners, stream: 4,
                isSpurtStart: false, isLast: false, at: now)
            spurt.sent()
            let packetOpened = garage.open(at: now)
            let packet = try #require(packetOpened)
            guard number != 3 else { continue }
            // The second frame finds no room, and its copy does.
            for _ in 0..<(number == 1 ? 128 : 0) { garage.rings.keep(other) }
            talkers.receive(
                packet, in: garage.receiver, .absent(.noOutput), by: &garage.socket, at: now)
            while let packet = garage.rings.nextKept() {
                if packet.recorded?.stream == 7 { kept.append(packet.recorded?.sequence) }
            }
        }
        #expect(kept == [100, 102, 101, 104, 103, 105])
    }

    @Test func eachFrameIsKeptOnceThroughGapsAndAnotherBeginning() {
        var frames = KeptFrames()
        // At the end, a peer that has started again.
        let numbers: [UInt16] = [
            65_500, 65_502, 65_501, 65_502, 65_500, 10, 65_535, 10, 9_000, 3, 4, 3,
        ]
        let isKept = numbers.map { number in
            defer { frames.note(number) }
            return frames.has(number)
        }
        #expect(isKept.indices.filter { isKept[$0] } == [3, 4, 7, 11])
    }

    @Test(arguments: [1, KeptPacket.Recorded.heard])
    func recordingsLeaveRoomForAMessageAndEachTalkerForAnother(stream: UInt8) throws {
        let rings = try Rings()
        let bytes: [UInt8] = [1, 2, 3]
        func keep(_ count: Int, of peer: Int?) -> UInt64 {
            let recorded = KeptPacket.Recorded(
                stream: stream, peer: peer, sequence: 0, isSpurtStart: false, at: now)
            let before = rings.counters[.recordingLost]
            for _ in 0..<count { rings.keep(KeptPacket(bytes.span, for: recorded)) }
            return rings.counters[.recordingLost] - before
        }
        #expect(keep(300, of: 0) == 236, "a talker gets half of the places")
        #expect(keep(20, of: 1) == 0 && keep(10, of: nil) == 0 && rings.counters[.eventsLost] == 0)
        // Each packet that is taken makes room again.
        for _ in 0..<100 { _ = rings.nextKept() }
        #expect(keep(20, of: 0) == 0)
    }

    @Test func manyPacketsOfRecordingsWakeTheControlThread() throws {
        let rings = try Rings()
        let bytes: [UInt8] = [1, 2, 3]
        let recorded = KeptPacket.Recorded(
            stream: 1, peer: 0, sequence: 0, isSpurtStart: false, at: now)
        for count in 1...33 {
            rings.keep(KeptPacket(bytes.span, for: recorded))
            rings.wakeControlThread()
            #expect(rings.eventsWaiting.drain() == (count <= 32 ? 0 : 1))
        }
    }

    @Test func twoOfThreeTalkersShareTheNetworkThatConceals() throws {
        var kitchen = try End(at: now)
        var garage = try End(at: now)
        meet(&kitchen, &garage)
        let frames = try silence(from: &kitchen)
        var plan = emptyPlan()
        plan.concealsNeurally = true
        var talkers = try Talkers(plan, garage.rings)
        var tones = Tones()
        // One block later.
        func neural(_ talkers: inout Talkers, _ garage: inout End) -> [Int] {
            mix(&talkers, plan, &tones, &garage, at: now)
            return talkers.slots.indices.filter {
                talkers.slots[$0].owner != nil && talkers.slots[$0].voice.concealsNeurally
            }
        }
        for stream in 1...3 {
            talkers.bind(UInt8(stream), of: 0, to: .direct, at: now)
            kitchen.socket.send(
                frame: 0, of: frames, SentTalkspurt(sequence: 0), to: PeerSet([0]),
                stream: UInt8(stream), isSpurtStart: true, isLast: false, at: now)
            let packetOpened = garage.open(at: now)
            let packet = try #require(packetOpened)
            talkers.receive(packet, in: garage.receiver, .open, by: &garage.socket, at: now)
        }
        #expect(neural(&talkers, &garage) == [0, 1])
        // The processor cannot keep up, and can again.
        talkers.neuralMax = 0
        #expect(neural(&talkers, &garage) == [])
        talkers.neuralMax = 2
        #expect(neural(&talkers, &garage) == [0, 1])
        // What the first one had is the third one's now.
        talkers.release(0, at: now)
        #expect(neural(&talkers, &garage) == [1, 2])
    }
}
