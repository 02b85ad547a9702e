import Foundation
import Testing

@testable import HAL

@Suite struct PCMCardTests {
    @Test(
        .enabled(
            if: AudioLab.isReady && !FileManager.default.fileExists(atPath: "/dev/snd"),
            "this machine has sound cards"))
    func machineWithoutCardsHasAnEmptyList() {
        #expect(PCMCard.all == [])
    }

    func folder(_ files: [String: String]) throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "intercom-usb-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        return folder.path
    }

    @Test func usbNumbersAreReadFromTheDeviceFolder() throws {
        let path = try folder([
            "idVendor": "0d8c\n", "idProduct": "0014\n", "serial": "A 1\n",
        ])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let usb = try #require(PCMCard.USB(folder: path))
        #expect(usb.vendor == 0x0d8c)
        #expect(usb.product == 0x0014)
        #expect(usb.serial == "A 1")
    }

    @Test func folderOfAnotherBusIsNoUSBCard() throws {
        let path = try folder(["idVendor": "not a number\n", "idProduct": "0014\n"])
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(PCMCard.USB(folder: path) == nil)
        #expect(PCMCard.USB(folder: "/nonexistent") == nil)
    }
}
