/// Notices that the machine has been suspended: `Instant` does not count that time, and session
/// keys are to die in it as they do while the machine is awake.
public struct SleepWatch: Sendable {
    /// Shorter sleeps are added up.
    public static let least = Duration.seconds(1)

    private var before: Duration

    /// `suspended` is how long the machine has been suspended since it was started.
    public init(suspended: Duration) { before = suspended }

    /// Whether it has slept for long since this last said so.
    public mutating func noticeSleep(suspended: Duration) -> Bool {
        guard suspended - before >= Self.least else { return false }
        before = suspended
        return true
    }
}
