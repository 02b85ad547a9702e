import Config
import Media
import Report
import Testing
import Time

@testable import HAL
@testable import Intercomd
@testable import Peering
@testable import Station

@Suite struct SnapshotProblemsTests {
    private let station: Snapshot

    init() throws { station = try Kitchen.snapshot() }

    /// Two stations that use one key.
    private func shared() throws -> SharedKey {
        SharedKey(
            endpoints: (try Kitchen.endpoint("10.0.0.1"), try Kitchen.endpoint("10.0.0.2")),
            seenAt: Kitchen.now)
    }

    @Test func whereAllIsWellNothingIsToBeMended() {
        #expect(station.problemLines == [])
        #expect(station.noteLines == [])
        #expect(station.hindrances == [])
    }

    @Test func aCardThatIsNotOpenIsAProblemUnlessItIsNotWanted() {
        station.output.granted = nil
        #expect(station.problemLines == ["audio output speaker: not open yet"])
        station.output.error = PCMError(device: "speaker", direction: .playback, reason: .busy)
        expect(
            station.problemLines,
            "audio output speaker: in use by another program -> sudo fuser -v /dev/snd/*")
        station.output.isReopening = true
        #expect(station.problemLines == [])
        station.output.isReopening = false
        station.output.name = .none
        #expect(station.problemLines == [])
    }

    @Test func aStreamThatStandsStillIsToldWithItsReopenings() throws {
        let station = try Kitchen.snapshot {
            $0.handle(.stream(.capture, .stands), at: Kitchen.now)
        }
        station.media[.captureReopens] = 3
        let text = try #require(station.problemLines.first)
        #expect(
            text.hasPrefix(
                "audio input mic: stands still, and is closed and opened again until it moves "
                    + "(3 times since the start) -> if it stays so, "))
        #expect(station.asleep(.capture) == text)
        #expect(station.status.audio.input.fault?.code == "stands_still")
        #expect(station.status.audio.output.fault == nil)
        let moving = try Kitchen.snapshot {
            $0.handle(.stream(.capture, .stands), at: Kitchen.now)
            $0.handle(.stream(.capture, .moves), at: Kitchen.now)
        }
        #expect(moving.problemLines == [])
        #expect(moving.awake(.capture) == "audio input mic moves again")
    }

    @Test func linesThatDoNotWorkAreNamed() {
        let busy = GPIOError(line: "GPIO17", reason: .busy(holder: "spi"))
        station.keys[0].isOpen = false
        #expect(station.problemLines == ["button door: not open yet"])
        station.keys[0].error = busy
        station.lamps = station.config.lamps.map { .init($0, busy, isShowing: false) }
        station.relays = station.config.relays.map { .init($0, busy, isOn: false) }
        let words = "on GPIO17: held by \"spi\" -> end that program, or set another `line`"
        expect(
            station.problemLines, "button door \(words)", "lamp red \(words)",
            "relay gate \(words)")
        let status = station.status
        #expect(status.buttons[0].fault?.code == "busy" && status.buttons[0].state == .unreadable)
        #expect(status.lamps[0].state == .failed && status.relays[0].state == .failed)
    }

    @Test func whatTheProgramCannotDoIsTold() throws {
        station.isSoundStill = true
        station.memoryFault = Fault("memory", "memory is not locked")
        station.fileFaults = [Fault("file", "history: no space")]
        expect(
            station.problemLines,
            "the audio thread stands still -> the service restarts intercomd; else restart it",
            "history: no space", "memory is not locked")
        #expect(!station.status.isMemoryLocked)
        #expect(try Kitchen.snapshot().status.isMemoryLocked)
    }

    @Test func eachStepOfAnOverloadLeavesOutMoreOfWhatTheSettingsAskFor() throws {
        func leftOut(_ step: Overload, _ text: String = Kitchen.text) throws -> [String] {
            try Kitchen.snapshot(text) { $0.handle(.overload(step), at: Kitchen.now) }
                .leftOut.map(\.word)
        }
        let rich = Kitchen.text.replacing("echo = off", with: "echo = on\nnoise-suppression = low")
        let steps: [(Overload, [String])] = [
            (.none, []), (.thriftyEncoder, ["encoder_care"]), (.plainEncoder, ["encoder_care"]),
            (.noNoiseSuppression, ["encoder_care", "noise_suppression"]),
            (.noEchoCancelling, ["encoder_care", "noise_suppression", "echo_cancelling"]),
            (.fourVoices, ["encoder_care", "noise_suppression", "echo_cancelling", "voices"]),
            (.twoVoices, ["encoder_care", "noise_suppression", "echo_cancelling", "voices"]),
        ]
        for (step, words) in steps {
            #expect(try leftOut(step, rich) == words)
            let asked = ["encoder_care", "voices"]
            #expect(try leftOut(step) == words.filter { asked.contains($0) })
        }
        func text(_ step: Overload) throws -> String {
            try Kitchen.snapshot { $0.handle(.overload(step), at: Kitchen.now) }.shedText
        }
        #expect(try text(.thriftyEncoder) == "speech is encoded with less care")
        #expect(
            try text(.twoVoices) == "speech is encoded plainly, 2 voices are heard at once at most")
        #expect(
            try Kitchen.snapshot { $0.handle(.overload(.twoVoices), at: Kitchen.now) }.problemLines
                .count == 1)
        let calm = try Kitchen.snapshot {
            $0.handle(.overload(.twoVoices), at: Kitchen.now)
            $0.handle(.overload(.none), at: Kitchen.now)
        }
        #expect(calm.problemLines == [] && calm.status.leftOut == [])
    }

    @Test func aKeyThatTwoStationsUseIsAProblemOfItsPeer() throws {
        station.peers[Kitchen.garage].sharedKey = try shared()
        let text = try #require(station.problemLines.first)
        #expect(
            text.hasPrefix(
                "garage: two stations use its key, at 10.0.0.1:4747 and at 10.0.0.2:4747: "
                    + "its memory card was probably copied"))
        #expect(station.sharedKeyFault(of: Kitchen.office) == nil)
        let status = station.peerList.peers[Kitchen.garage]
        #expect(status.fault?.code == "shared_key" && status.isProblem)
    }

    @Test func aPeerThatIsDownIsAProblemWhenItNeedsMendingOrStaysAway() throws {
        let station = try Kitchen.snapshot { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        station.peers[Kitchen.garage].downReason = .noAnswer
        station.peers[Kitchen.garage].session = Kitchen.down(since: .seconds(59))
        #expect(station.problemLines == [])
        let note = try #require(station.noteLines.first)
        #expect(note.hasPrefix("garage: no answer from its address -> "))
        station.peers[Kitchen.garage].session = Kitchen.down(since: .seconds(60))
        #expect(station.problemLines == [note] && station.noteLines == [])
        station.peers[Kitchen.garage].session = Kitchen.down(since: .zero)
        station.peers[Kitchen.garage].downReason = .psk
        #expect(station.problemLines.count == 1)
        // One that was called a moment ago, or has never called, has its line, too.
        for reason in [DownReason.handshaking, .noAddress] {
            station.peers[Kitchen.garage].downReason = reason
            #expect(station.problemLines == [] && station.noteLines.count == 1)
        }
        // That of the whole station is told once, and not of every peer.
        station.peers[Kitchen.garage].downReason = .noNetwork
        station.peers[Kitchen.garage].session = Kitchen.down(since: .seconds(600))
        #expect(station.problemLines == [] && station.noteLines == [])
    }
}
