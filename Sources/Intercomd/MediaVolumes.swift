internal import Audio
internal import Control
internal import Station

/// How loud what is, for the media loop.
struct MediaVolumes: Equatable, Sendable {
    /// Of all that the speaker plays; the others are of their kind alone, and multiply with it.
    var speaker = Gain.unity
    var ring = Gain.unity
    var tones = Gain.unity
    var page = Gain.unity
    /// Whether a person has muted the speaker, and whether its card's own mixer lets nothing
    /// through: why it is not heard.
    var isSpeakerMuted = false
    var isCardMuted = false
    /// Whether the microphone's sound is replaced by silence.
    var isMicrophoneMuted = false
    /// Whether nothing comes of the microphone that a listener could hear: it is muted here or in
    /// its card's mixer, or gone.
    var isMicrophoneSilent = false
    /// Peers that are not heard; and channels, by number, as bits.
    var mutedPeers = PeerSet()
    var mutedChannels: UInt32 = 0

    func isMuted(peer: Int, channel: Int?) -> Bool {
        if mutedPeers.contains(peer) { return true }
        guard let channel else { return false }
        return mutedChannels & 1 << UInt32(truncatingIfNeeded: channel) != 0
    }

    /// What a person's per cent mean: 100 is as it comes, each 2 below that a decibel less.
    static func gain(percent: Int) -> Gain {
        percent <= 0 ? .muted : Gain(decibels: Double(min(percent, 100) - 100) / 2)
    }
}
