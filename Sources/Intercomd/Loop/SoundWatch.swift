/// The sound of the microphone on its way to those who watch it, and to a trial of the latency.
struct SoundWatch {
    var view = MeterView()
    /// The trial under way, if any.
    var trial: LatencyTrial?
}
