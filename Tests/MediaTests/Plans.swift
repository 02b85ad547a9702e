import Audio
import HAL
import Station
import Time

@testable import Media

/// The plan of a station without peers, channels and buttons.
func emptyPlan(_ profile: Profile = .voice) -> MediaPlan {
    MediaPlan(
        targets: [], keys: [],
        virtualKeys: { _ in
            TalkKey.Settings(mode: .momentary, debounce: .zero, tail: .zero, talkMax: .seconds(60))
        }, gains: [], profile: profile, periodSamples: 480, preroll: .zero)
}

/// A moment, in milliseconds.
func at(_ milliseconds: Int) -> Instant {
    Instant(nanoseconds: 1_000_000_000 + Int64(milliseconds) * 1_000_000)
}

/// The sockets of a port of this machine.
func localSockets() throws -> PortSockets {
    try PortSockets(listen: SocketAddress(host: "127.0.0.1", port: 1), port: 0)
}
