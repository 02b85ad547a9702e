internal import Audio
package import Station
internal import Wire

/// Whether a voice is heard here, as far as settings and a person's volumes go.
extension MediaPlan {
    /// Judges a peer's voice by every volume and gain between it and the speaker.
    package func path(of peer: Int, _ hearing: Hearing, _ volumes: MediaVolumes) -> Audibility {
        var path = Audibility()
        path.pass(volumes.isCardMuted ? 0 : 1, .cardMuted)
        var own = hearing
        switch hearing {
        case .page(_, overrides: true): break
        case .page(let channel, overrides: false):
            passSpeaker(&path, volumes)
            path.pass((volumes.page * pageVolume).factor, .volume)
            own = channel.map { .channel($0) } ?? .direct
            path.pass(volumes.isMuted(peer: peer, channel: channel) ? 0 : 1, .turnedDown)
        default:
            passSpeaker(&path, volumes)
            let isMuted = volumes.isMuted(peer: peer, channel: hearing.channel)
            path.pass(isMuted ? 0 : 1, .turnedDown)
        }
        path.pass(gain(of: peer, own).factor, .turnedDown)
        return path
    }

    /// The gain of a peer's voice as configured and turned by people; zero when muted by a person.
    func gain(of peer: Int, _ hearing: Hearing, _ volumes: MediaVolumes) -> Gain {
        let gain = gain(of: peer, hearing)
        // Neither the speaker's volume nor what is muted holds up what overrides them.
        if case .page(_, overrides: true) = hearing { return gain }
        guard !volumes.isMuted(peer: peer, channel: hearing.channel) else { return .muted }
        if case .page = hearing { return gain * volumes.page * volumes.speaker }
        return gain * volumes.speaker
    }

    private func passSpeaker(_ path: inout Audibility, _ volumes: MediaVolumes) {
        path.pass(volumes.isSpeakerMuted ? 0 : 1, .speakerMuted)
        path.pass(volumes.speaker.factor, .volume)
    }
}
