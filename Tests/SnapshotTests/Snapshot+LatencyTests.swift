import Media
import Testing

@testable import HAL
@testable import Intercomd
@testable import Station

@Suite struct SnapshotLatencyTests {
    private let station: Snapshot

    init() throws { station = try Kitchen.snapshot() }

    private func obstacle(_ station: Snapshot) -> String? {
        station.latencyObstacle(to: Kitchen.garage)
    }

    @Test func withoutAMicrophoneItSaysWhyThereIsNone() {
        #expect(obstacle(station) == nil)
        station.input.granted = nil
        #expect(obstacle(station) == "there is no microphone to listen with")
        let error = PCMError(device: "mic", direction: .capture, reason: .absent)
        station.input.error = error
        #expect(obstacle(station) == error.description)
    }

    @Test func noToneGoesToAPeerThatIsDownOrIntoATalk() throws {
        let down = try Kitchen.snapshot { board in
            board.down(peer: Kitchen.garage, at: Kitchen.now)
        }
        #expect(obstacle(down) == "garage is down")
        down.switchboard.handle(Kitchen.unplugged, at: Kitchen.now)
        #expect(obstacle(down) == "this station has no network")
        let talking = try Kitchen.snapshot { board in
            board.handle(
                .talking(target: 0, name: "house", first: nil, isDoubted: false), at: Kitchen.now)
        }
        #expect(
            obstacle(talking) == "the microphone is in use: try again when it is closed")
    }
}
