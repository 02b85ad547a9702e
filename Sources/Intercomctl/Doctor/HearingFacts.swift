internal import Config
internal import Control
internal import HAL
internal import Settings

/// Whether voices are heard: here, where the daemon plays them, and at the peers it talks to.
struct HearingFacts {
    /// As the daemon says.
    var unheard: [Hindrance] = []
    /// Without a daemon: the speaker's mixer control, if it is muted or at zero.
    var silent: CardControl?
    var output = ""

    init() {}

    init(_ situation: Situation) {
        if let status = situation.status {
            unheard = status.unheard
            return
        }
        guard let audio = situation.config?.audio, let name = audio.output.pcm else { return }
        output = name.shown(for: .playback)
        silent = CardControl.silencing(
            CardControl.all(of: name, .playback), audio.mixerOutput, .playback)
    }

    var audioChecks: [Check] {
        var found: [Check] = []
        for one in unheard where one.isStanding && one.place == .here {
            found.append(.warn(.audio, of: "output", one.text, fix: one.remedy))
        }
        if let silent {
            let how = silent.isMuted == true ? "muted" : "at 0 %"
            found.append(
                .warn(
                    .audio, of: "output", "control \(silent.name.visible) of \(output) is \(how)",
                    fix: HeardBy.Reason.cardMuted.remedy))
        }
        return found
    }

    var peerChecks: [Check] {
        unheard.filter { !$0.isStanding || $0.place == .there }
            .map { .warn(.peers, of: $0.peer, $0.text, fix: $0.remedy) }
    }
}
