import Foundation
import Testing

@testable import HAL

@Suite struct PCMCardTests {
    @Test func usbNumbersAreReadFromTheDeviceFolder() throws {
        let folder = TemporaryFolder()
        func write(_ text: String, to name: String) throws {
            try Data(text.utf8).write(to: URL(filePath: folder.path(name)))
        }
        for (name, text) in [("serial", "A 1\n"), ("idVendor", "0d8c\n"), ("idProduct", "0014\n")] {
            #expect(PCMCard.USB(folder: folder.path) == nil)
            try write(text, to: name)
        }
        let usb = PCMCard.USB(vendor: 0x0d8c, product: 0x0014, serial: "A 1")
        #expect(PCMCard.USB(folder: folder.path) == usb)
        try write("not a number\n", to: "idVendor")
        #expect(PCMCard.USB(folder: folder.path) == nil)
    }
}
