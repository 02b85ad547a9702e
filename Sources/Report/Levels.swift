/// One reading of the meters, 20 a second for watchers of `levels`: one JSON object, one line.
public struct Levels: JSONDocument, Equatable, Sendable {
    /// Milliseconds since 1970, UTC.
    public var timeMilliseconds = 0
    public var name = ""
    public var microphone = Status.Microphone()
    /// The sound that is played, all talkers together.
    public var speaker = Status.Meter()
    /// The talkers who are heard now.
    public var talkers: [Talker] = []
    /// Readings that were lost since the last one, as this reader was too slow.
    public var lost = 0

    public init() {}

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("time_ms", &timeMilliseconds)
        coder.field("name", &name)
        coder.field("microphone", &microphone)
        coder.field("speaker", &speaker)
        coder.field("talkers", &talkers)
        coder.field("lost", &lost)
    }

    /// One voice.
    public struct Talker: JSONRecord, Equatable, Sendable {
        public var name = ""
        public var peakDBFS = 0.0
        public var rmsDBFS = 0.0

        public init() {}

        public mutating func fields(_ coder: inout JSONCoder) {
            coder.field("name", &name)
            coder.field("peak_dbfs", &peakDBFS)
            coder.field("rms_dbfs", &rmsDBFS)
        }
    }
}
