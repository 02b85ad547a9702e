/// Whether both directions sound at once, and whether the echo is cancelled: as `[audio]` asks, if
/// the clocks of the cards allow it.
public struct HandsFree: Equatable, Sendable {
    public let cancelsEcho: Bool
    /// Whether the speaker is down while the microphone is open; `auto` does so where no echo is
    /// cancelled.
    public let isHalfDuplex: Bool
    /// "off", "on", or "refused" where microphone and speaker have no common clock.
    public let echoState: String
    /// The reason for half or full duplex, in a few words.
    public let duplexReason: String

    /// - Parameters:
    ///   - audio: The settings.
    ///   - clocksApart: Why microphone and speaker have no common clock; nil when they have, and
    ///     while that is unknown because they are not both open.
    public init(_ audio: Config.Audio, clocksApart: String?) {
        let isWanted = audio.wantsEchoGone
        cancelsEcho = isWanted && clocksApart == nil
        isHalfDuplex = audio.duplex == .half || audio.duplex == .auto && !cancelsEcho
        echoState = cancelsEcho ? "on" : isWanted ? "refused" : "off"
        if isWanted, let clocksApart {
            duplexReason = audio.duplex == .auto ? clocksApart : "as set; \(clocksApart)"
        } else if audio.duplex != .auto {
            duplexReason = "as set"
        } else if cancelsEcho {
            duplexReason = "the echo is cancelled"
        } else {
            duplexReason = audio.echo == .off ? "echo = off" : "it has only one direction"
        }
    }
}

extension Config.Audio {
    /// Whether the settings ask for the speaker's sound to be removed from the microphone's.
    public var wantsEchoGone: Bool {
        guard input != .none, output != .none else { return false }
        return echo == .on || echo == .auto && duplex != .half
    }
}
