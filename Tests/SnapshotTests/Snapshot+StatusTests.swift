import Audio
import Media
import Report
import Testing
import Time
import Wire

@testable import HAL
@testable import Intercomd
@testable import Peering
@testable import Station

@Suite struct SnapshotStatusTests {
    private let station: Snapshot

    init() throws { station = try Kitchen.snapshot() }

    @Test func heapCallsAreLeftOutWhereNobodyCountsThem() {
        #expect(station.status.media.heapCalls == 0)
        station.media[.heapCalls] = .max
        #expect(station.status.media.heapCalls == nil)
    }

    @Test func aCardIsOpenOnlyAsItWasGranted() {
        #expect(station.status.audio.input.state == .open)
        #expect(station.status.audio.input.period == 240)
        station.input.granted = nil
        station.input.error = PCMError(device: "mic", direction: .capture, reason: .unplugged)
        #expect(station.status.audio.input.state == .absent)
        #expect(station.status.audio.input.period == nil)
    }

    @Test func theEchoIsCancelledOnlyWithOneClockAndTimeForIt() throws {
        let text = Kitchen.text.replacing(
            "echo = off\nduplex = full", with: "echo = on\nduplex = auto")
        var station = try Kitchen.snapshot(text)
        #expect(station.status.audio.echo == "on" && station.status.audio.duplex == "full")
        station.clocksApart = "two cards"
        #expect(station.status.audio.echo == "refused" && station.status.audio.duplex == "half")
        #expect(station.noteLines == [Advice.echoStays("two cards").sentence])
        station = try Kitchen.snapshot(text) {
            $0.handle(.overload(.noEchoCancelling), at: Kitchen.now)
        }
        station.media[.echoReduction] = 200
        #expect(station.status.audio.echo == "shed" && station.status.audio.duplex == "half")
        #expect(station.status.audio.echoReductionDB == nil)
    }

    @Test func driftIsToldWhileItIsKnown() {
        station.media[.captureDriftError] = .max
        #expect(station.status.audio.input.driftPPM == nil)
        station.media[.captureDriftError] = 500
        station.media[.captureDrift] = UInt64(bitPattern: -12_340)
        #expect(station.status.audio.input.driftPPM == -12.3)
        #expect(station.status.audio.input.driftErrorPPM == 0.5)
    }

    @Test func theMicrophoneIsOpenToThoseItIsOpenTo() throws {
        #expect(!station.status.microphone.isOpen && station.status.microphone.targets == [])
        let garage = try #require(station.routing.target(named: "garage")).id
        station.talkingSince = [garage: Kitchen.now]
        #expect(station.status.microphone.targets == ["garage"])
        #expect(station.status.buttons[0].isTalking)
        station.isCapturing = false
        #expect(station.status.microphone.meter.peakDBFS == nil)
    }

    /// Whoever asks however often learns no more of a room than one level that moves slowly.
    @Test func littleIsToldOfAMicrophoneThatIsNotOpen() throws {
        var meter = LevelMeter()
        let square = (0..<480).map { Int16($0 % 48 < 24 ? 8_192 : -8_192) }
        for _ in 0..<100 { meter.add(square.span) }
        station.media[.microphoneMeter] = meter.reading.packed
        station.media[.microphoneClips] = 3
        var shown: Status.Meter { station.status.microphone.meter }
        #expect(shown.peakDBFS == nil && shown.rmsDBFS == LevelMeter.floor && shown.clips == 0)
        station.closedMicrophone = (meter.reading, 2)
        let rms = tenths(meter.rms)
        #expect(shown.peakDBFS == nil && shown.rmsDBFS == rms && shown.clips == 2)
        #expect(station.levels.microphone.meter == shown)
        let garage = try #require(station.routing.target(named: "garage")).id
        station.talkingSince = [garage: Kitchen.now]
        #expect(shown.peakDBFS == -12 && shown.rmsDBFS == rms && shown.clips == 3)
        for isTalking in [true, false] {
            station.talkingSince = isTalking ? [garage: Kitchen.now] : [:]
            station.state.isMicrophoneMuted = true
            #expect(shown.peakDBFS == nil && shown.rmsDBFS == nil, "it is muted")
        }
    }

    @Test func thereIsNoCallUntilThereIsOne() {
        #expect(station.status.call == CallStatus())
        var record = HistoryRecord()
        record.call = "0190"
        record.peer = "garage"
        record.isMissed = true
        station.lastEnded = record
        #expect(station.status.call.lastPeer == "garage" && station.status.call.isLastMissed)
        #expect(station.status.call.call == nil)
    }

    @Test func rightsAreThoseThatHoldNow() throws {
        station.peers[Kitchen.office].traffic[.repeated] = 3
        let detail = station.detail(of: Kitchen.office)
        #expect(detail.packetsRepeated == 3)
        #expect(detail.peer.name == "office" && !detail.opensMicrophone && detail.refused.isEmpty)
        #expect(try Kitchen.snapshot().status.microphone.mayOpen == [])
    }
}
