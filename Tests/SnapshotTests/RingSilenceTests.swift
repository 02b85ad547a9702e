import Config
import Media
import Report
import Station
import Testing
import Wire

@testable import HAL
@testable import Intercomd

/// Why a call that rings here is not heard.
@Suite struct RingSilenceTests {
    private func kitchen(rings: Bool = true) throws -> Snapshot {
        try Kitchen.snapshot(Kitchen.text) { board in
            guard rings else { return }
            let offer = Offer(
                mid: 1, id: CallID(high: 7, low: 7), mode: .call, priority: .normal, ttl: 30_000,
                reference: 0)
            board.receive(.offer(offer), from: Kitchen.garage, at: Kitchen.now)
        }
    }

    private func silence(_ station: Snapshot) -> String? { station.callStatus.silence?.sentence }

    @Test func eachReasonIsNamedWithItsFix() throws {
        let station = try kitchen()
        #expect(station.callStatus.state == .ringing && silence(station) == nil)
        station.state.volumes.ring = 10
        let soft = "the volume of rings is at 10 % -> intercomctl volume ring 100"
        #expect(silence(station) == soft)
        // Each by itself would be heard.
        (station.state.volumes.ring, station.state.volumes.speaker) = (60, 60)
        #expect(
            silence(station) == "the volume of rings is at 60 % -> intercomctl volume ring 100")
        station.state.volumes.speaker = 0
        #expect(silence(station)?.hasPrefix("the volume is too low -> ") == true)
        station.state.isSpeakerMuted = true
        #expect(silence(station) == "the speaker is muted -> intercomctl unmute speaker")
        station.output.granted = nil
        station.output.error = PCMError(device: "speaker", direction: .playback, reason: .busy)
        #expect(silence(station)?.hasPrefix("audio output speaker: in use by another") == true)
        station.output.name = .none
        #expect(silence(station)?.hasPrefix("this station has no speaker") == true)
        // Negative control: nothing rings.
        let idle = try kitchen(rings: false)
        idle.state.isSpeakerMuted = true
        #expect(silence(idle) == nil)
    }
}
