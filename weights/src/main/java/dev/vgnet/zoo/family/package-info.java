/** The families of networks other than VGNet, a file each, and what some of them share. */
package dev.vgnet.zoo.family;
