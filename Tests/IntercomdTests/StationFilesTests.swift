import Testing

@testable import Intercomd

@Suite struct StationFilesTests {
    @Test(arguments: [
        ("kitchen", "kitchen"), ("Kitchen.local", "kitchen"), ("raspberry pi", "raspberry-pi"),
        ("k\u{fc}che", "k--che"), ("", "station"), (".local", "station"),
        (String(repeating: "x", count: 40), String(repeating: "x", count: 31)),
    ])
    func theMachinesNameBecomesTheStations(host: String, name: String) {
        #expect(StationFiles.stationName(host) == name)
    }
}
