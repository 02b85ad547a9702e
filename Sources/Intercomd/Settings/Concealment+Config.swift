internal import Audio
internal import Config
internal import HAL

extension Concealment {
    /// As the settings ask, and as this machine can.
    ///
    /// - Parameters:
    ///   - audio: The settings.
    ///   - former: The concealment before, which stays for the same wish and profile.
    init(_ audio: Config.Audio, former: Concealment? = nil) {
        if let former, former.wish == audio.concealment, former.profile == audio.profile {
            self = former
        } else {
            self.init(
                audio.concealment, audio.profile,
                cost: Self.cost())
        }
    }

    /// The cost with the profile that costs most: a talker may have any.
    private static func cost() -> Duration? {
        Profile.allCases.compactMap {
            ConcealmentTrial.cost($0, time: Clock.threadNanoseconds)
        }.max()
    }
}
