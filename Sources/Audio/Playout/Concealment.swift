/// How the sound of missing packets is made up, and why so.
public struct Concealment: Equatable, Sendable {
    /// The choice of a person.
    public enum Wish: String, CaseIterable, Sendable { case auto, plain, neural }

    /// How many talkers at most have their lost sound made up by a neural network.
    public static let voicesMax = 2

    public let wish: Wish
    public let profile: Profile
    public let isNeural: Bool
    /// Why it is so, in a few words.
    public let reason: String

    /// Plain, as of any libopus.
    public init(_ profile: Profile) {
        self.init(.plain, profile, cost: nil)
    }

    /// - Parameters:
    ///   - wish: The choice in the settings.
    ///   - profile: The settings of the codec.
    ///   - cost: As of `ConcealmentTrial`; it is measured where it matters only.
    public init(_ wish: Wish, _ profile: Profile, cost: @autoclosure () -> Duration?) {
        self.wish = wish
        self.profile = profile
        guard wish != .plain else {
            isNeural = false
            reason = "as set"
            return
        }
        guard let cost = cost() else {
            isNeural = false
            reason = "this machine's libopus has no network for it"
            return
        }
        let most = Self.most(profile)
        isNeural = wish == .neural || cost <= most
        let text = "it takes \(Self.text(cost)) of processor time for a missing packet"
        reason =
            wish == .neural
            ? "as set; \(text)" : "\(text), and \(Self.text(most)) is the most"
    }

    /// Two talkers may take half of the time of a block.
    static func most(_ profile: Profile) -> Duration {
        PCM.duration(of: Int64(profile.settings.blockSamples)) / (2 * voicesMax)
    }

    private static func text(_ time: Duration) -> String {
        let hundredths = Int(time.components.attoseconds / 10_000_000_000_000)
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)ms"
    }
}
