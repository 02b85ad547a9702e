import Audio
import Station

@testable import Media

/// The plan of a station without peers, channels and buttons.
func emptyPlan(_ profile: Profile = .voice) -> MediaPlan {
    MediaPlan(
        targets: [], keys: [],
        virtualKeys: { _ in
            TalkKey.Settings(mode: .momentary, debounce: .zero, tail: .zero, talkMax: .seconds(60))
        }, gains: [], profile: profile, bitrate: profile.settings.bitrate, periodSamples: 480,
        preroll: .zero, jitterMax: .milliseconds(240))
}
