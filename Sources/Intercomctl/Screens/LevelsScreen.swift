internal import Audio
internal import Report
internal import Time

/// The meters as lines of text, for a terminal of any size.
///
/// From top to bottom: the station; a bar for each direction and talker, with a mark for the peak;
/// the microphone's spectrum; its last 10 s; and the meaning of the words. A terminal smaller than
/// 80 columns and 24 lines shows only the bars, and one without room for those prints a notice.
struct LevelsScreen {
    static let columnsMin = 80
    static let rowsMin = 24
    /// The least size for the bars alone.
    private static let barsColumnsMin = 40
    private static let barsRowsMin = 4

    /// The last 10 s of the microphone, 20 looks a second.
    private static let looks = 200
    private static let talkersMax = 4
    private static let spectrumFloor = -90.0
    private static let barFloor = -60.0

    private var now = Levels()
    private var moment = Instant(nanoseconds: 0)
    private var wave: [(low: Double, high: Double)?] = []
    private var microphoneMark = PeakHold()
    private var speakerMark = PeakHold()
    private var marks: [(name: String, mark: PeakHold)] = []
    private var bands: [Double] = []
    /// Whether the terminal shows more than ASCII.
    private let isRich: Bool

    /// Whether there is anything to draw.
    private(set) var hasLooks = false

    init(isRich: Bool) { self.isRich = isRich }

    /// Takes one more look.
    mutating func add(_ levels: Levels) {
        hasLooks = true
        now = levels
        // A daemon that was taken over can send any number.
        let (nanoseconds, isTooLarge) = Int64(levels.timeMilliseconds)
            .multipliedReportingOverflow(by: 1_000_000)
        moment = Instant(nanoseconds: isTooLarge ? 0 : nanoseconds)
        for _ in 0..<min(levels.lost, Self.looks) { wave.append(nil) }
        if let low = levels.low, let high = levels.high {
            wave.append((low, high))
        } else {
            wave.append(nil)
        }
        wave.removeFirst(max(0, wave.count - Self.looks))
        // A band falls no faster than an eye follows.
        if bands.count != levels.spectrumDBFS.count { bands = levels.spectrumDBFS }
        for band in bands.indices {
            bands[band] = max(levels.spectrumDBFS[band], bands[band] - 1.5)
        }
        marks.removeAll { known in !levels.talkers.contains { $0.name == known.name } }
        for talker in levels.talkers where !marks.contains(where: { $0.name == talker.name }) {
            marks.append((talker.name, PeakHold()))
        }
    }

    /// As many lines as there are rows, none longer than there are columns.
    mutating func lines(columns: Int, rows: Int) -> [String] {
        guard columns >= Self.columnsMin, rows >= Self.rowsMin else {
            return columns >= Self.barsColumnsMin && rows >= Self.barsRowsMin
                ? barsAlone(columns, rows) : tooSmall(columns, rows)
        }
        // Wider than this nothing is gained.
        let columns = min(columns, 200)
        var lines = [header(columns), scale(columns)]
        lines += bars(columns, talkers: Self.talkersMax)
        let others = marks.count - Self.talkersMax
        lines.append(others > 0 ? "and \(others) more" : "")
        while lines.count < 9 { lines.append("") }
        // What is left after header, bars, two captions and the words.
        let room = rows - lines.count - 3
        let spectrumRows = min(12, (room + 1) / 2)
        lines += spectrum(columns, rows: spectrumRows)
        lines += waveform(columns, rows: min(13, room - spectrumRows))
        while lines.count < rows - 1 { lines.append("") }
        lines.append(Self.words)
        return lines
    }

    /// One look as a line, for a pipe, a file or a terminal without a cursor.
    static func plain(_ levels: Levels) -> String {
        func part(_ name: String, _ rms: Double?, _ peak: Double?) -> String {
            guard let rms else { return "\(name) -" }
            let loudest = peak.map { " peak \(whole($0))" } ?? ""
            return "\(name) \(whole(rms)) dBFS\(loudest) \(SoundLevel(rms: rms).rawValue)"
        }
        let microphone = levels.microphone.meter
        var text = String(timeOfDay(milliseconds: levels.timeMilliseconds).dropLast(2))
        text += "  " + part("microphone", microphone.rmsDBFS, microphone.peakDBFS)
        text += "  " + part("speaker", levels.speaker.rmsDBFS, levels.speaker.peakDBFS)
        for talker in levels.talkers {
            text += "  " + part(talker.name.visible, talker.rmsDBFS, talker.peakDBFS)
        }
        return text
    }

    /// `silent < -60 <= quiet < -40 …`: the words with their thresholds.
    static var words: String {
        var text = "dBFS:"
        for word in SoundLevel.allCases {
            if word != .silent { text += " \(whole(word.threshold))" }
            text += " \(word.rawValue)"
        }
        return text
    }

    /// Microphone, speaker and so many talkers.
    private mutating func bars(_ columns: Int, talkers: Int) -> [String] {
        var lines = [
            bar(
                "microphone", now.microphone.meter.rmsDBFS, now.microphone.meter.peakDBFS,
                microphoneMark.mark(now.microphone.meter.peakDBFS ?? -96, at: moment), columns),
            bar(
                "speaker", now.speaker.rmsDBFS, now.speaker.peakDBFS,
                speakerMark.mark(now.speaker.peakDBFS ?? -96, at: moment), columns),
        ]
        for place in marks.indices.prefix(talkers) {
            guard let talker = now.talkers.first(where: { $0.name == marks[place].name }) else {
                continue
            }
            let mark = marks[place].mark.mark(talker.peakDBFS, at: moment)
            lines.append(bar(talker.name, talker.rmsDBFS, talker.peakDBFS, mark, columns))
        }
        return lines
    }

    private mutating func barsAlone(_ columns: Int, _ rows: Int) -> [String] {
        var lines = [String("\(now.name.visible)  \(state)".prefix(columns))]
        lines += bars(columns, talkers: rows - Self.barsRowsMin)
        while lines.count < rows - 1 { lines.append("") }
        let more = "\(Self.columnsMin) x \(Self.rowsMin) shows more"
        return lines + ["\(more)\(padding(columns - more.count - Self.ending.count))\(Self.ending)"]
    }

    private static let ending = "Ctrl-C ends"

    private func tooSmall(_ columns: Int, _ rows: Int) -> [String] {
        let text = [
            "too small:", "\(Self.barsColumnsMin) x \(Self.barsRowsMin)", "shows bars",
            Self.ending,
        ]
        return text.prefix(rows).map { String($0.prefix(columns)) }
    }

    private var state: String {
        let state = now.microphone.isOpen ? "microphone OPEN" : "microphone closed"
        guard !now.microphone.targets.isEmpty else { return state }
        return "\(state) to \(now.microphone.targets.joined(separator: ", ").visible)"
    }

    private func header(_ columns: Int) -> String {
        let microphone = now.microphone
        let snr = "SNR \(whole(microphone.snrDB, unit: " dB"))"
        let right = "\(snr)  clipped \(plural(microphone.meter.clips, "time"))  \(Self.ending)"
        let left = String("\(now.name.visible)  \(state)".prefix(columns - right.count - 1))
        return left + padding(columns - left.count - right.count) + right
    }

    private static let nameWidth = 12
    private static let levelWidth = 5
    private static let wordWidth = 15

    private static func barWidth(_ columns: Int) -> Int {
        columns - nameWidth - levelWidth - wordWidth
    }

    private static func place(_ level: Double, _ width: Int) -> Double {
        min(1, max(0, (level - barFloor) / -barFloor)) * Double(width)
    }

    private func scale(_ columns: Int) -> String {
        let width = Self.barWidth(columns)
        var cells = [Character](repeating: " ", count: columns)
        for level in stride(from: -60, through: -10, by: 10) {
            let start = Self.nameWidth + Self.levelWidth + Int(Self.place(Double(level), width))
            Self.write("\(level)", at: start, into: &cells)
        }
        Self.write("peak", at: columns - 14, into: &cells)
        return String(cells).trimmingEnd
    }

    /// Puts a text into a row, as far as the row goes.
    private static func write(_ text: String, at start: Int, into cells: inout [Character]) {
        for (place, character) in zip(start..., text) where place < cells.count {
            cells[place] = character
        }
    }

    private func bar(
        _ name: String, _ rms: Double?, _ peak: Double?, _ mark: Double, _ columns: Int
    ) -> String {
        let ownMicrophone = name == "microphone"
        let name = padded(String(name.visible.prefix(Self.nameWidth - 1)), to: Self.nameWidth)
        guard let rms else {
            let cause =
                ownMicrophone ? "muted, or its card does not run:" : "its card does not run,"
            let why = columns < Self.columnsMin ? "see" : "\(cause) see"
            return "\(name)   -  \(why) intercomctl status"
        }
        let width = Self.barWidth(columns)
        var cells = [Character](repeating: " ", count: width)
        let eighths = Int(Self.place(rms, width) * 8)
        for cell in 0..<width {
            let filled = eighths - cell * 8
            if filled >= 8 {
                cells[cell] = isRich ? "█" : "#"
            } else if filled > 0, isRich {
                cells[cell] = Self.parts[filled]
            }
        }
        if peak != nil, mark > Self.barFloor {
            cells[min(width - 1, Int(Self.place(mark, width)))] = isRich ? "│" : "|"
        }
        let number = whole(rms)
        let peakText = whole(peak)
        return
            ("\(name)\(padding(4 - number.count))\(number) " + String(cells)
            + " \(padding(4 - peakText.count))\(peakText) \(SoundLevel(rms: rms).rawValue)")
            .trimmingEnd
    }

    /// A cell filled from the left, and from below, by eighths.
    private static let parts: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
    private static let steps: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    private func spectrum(_ columns: Int, rows: Int) -> [String] {
        let width = columns / Spectrum.centres.count
        var lines: [String] = []
        // A closed microphone shows only its level.
        let isHidden = bands.isEmpty && !now.microphone.isOpen
        for row in 0..<rows {
            var text = isHidden && row == rows / 2 ? "  shown while the microphone is open" : ""
            for level in bands {
                let share = (level - Self.spectrumFloor) / -Self.spectrumFloor
                let filled = Int(max(0, share) * Double(rows * 8)) - (rows - 1 - row) * 8
                let cell: Character =
                    isRich ? Self.steps[min(8, max(0, filled))] : filled >= 4 ? "#" : " "
                text += String(repeating: cell, count: width - 1) + " "
            }
            lines.append(text.trimmingEnd)
        }
        var caption = [Character](repeating: " ", count: columns)
        for (band, hertz) in Spectrum.centres.enumerated() where band % 3 == 1 {
            let name = hertz >= 1000 ? "\(decimalOrWhole(hertz))k" : "\(hertz)"
            Self.write(name, at: band * width, into: &caption)
        }
        Self.write("Hz", at: columns - 2, into: &caption)
        return lines + [String(caption).trimmingEnd]
    }

    private func decimalOrWhole(_ hertz: Int) -> String {
        hertz % 1000 == 0 ? "\(hertz / 1000)" : decimal(Double(hertz) / 1000)
    }

    /// Each column the greatest swing of its time, the newest at the right.
    private func waveform(_ columns: Int, rows: Int) -> [String] {
        var cells = [[Character]](
            repeating: [Character](repeating: " ", count: columns), count: rows)
        for column in 0..<columns {
            let first = column * Self.looks / columns
            let end = max(first + 1, (column + 1) * Self.looks / columns)
            var (low, high): (Double, Double) = (0, 0)
            var isKnown = false
            for look in first..<end {
                let place = look - (Self.looks - wave.count)
                guard wave.indices.contains(place), let part = wave[place] else { continue }
                (low, high) = (min(low, part.low), max(high, part.high))
                isKnown = true
            }
            guard isKnown else { continue }
            let top = Int((1 - Self.stretched(high)) / 2 * Double(rows))
            let bottom = Int((1 - Self.stretched(low)) / 2 * Double(rows))
            for row in max(0, top)...min(rows - 1, bottom) {
                cells[row][column] = isRich ? "█" : "#"
            }
        }
        var caption = padded("-10 s", to: columns / 2 - 2) + "-5 s"
        caption += padding(columns - caption.count - 3) + "now"
        return cells.map { String($0).trimmingEnd } + [caption]
    }

    /// Speech is far from full scale: what is small is shown larger, as its square root.
    private static func stretched(_ value: Double) -> Double {
        value < 0 ? -(-value).squareRoot() : value.squareRoot()
    }
}

extension String {
    /// Without blanks at the end.
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
